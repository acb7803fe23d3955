"""The same small report as three word processors put it on the clipboard, and as the portal should keep it."""

EXPECTED = (
    "<h3>Review of the “Global Compact”</h3>"
    "<h3>1. What was done</h3>"
    "<p>Members met <strong>twice</strong>, in March and in <em>May</em>[1], and agreed the following:</p>"
    "<ul><li>training of <strong>border</strong> officials;<ul>"
    "<li>in four States;</li><li>in two languages</li></ul></li><li>an exchange of practices</li></ul>"
    '<ol type="a"><li>each State’s focal point</li><li>the secretariat</li></ol>'
    "<p>A paragraph between.</p>"
    '<ol start="3" type="a"><li>the Chair</li></ol>'
    "<table><tbody><tr><td><strong>Objective</strong></td><td><strong>Practice</strong></td></tr>"
    "<tr><td>7 &amp; 8</td><td>shared\xa0alerts<br>at sea</td></tr></tbody></table>"
    '<p>See <a href="https://example.org/report?a=1&amp;b=2" rel="noopener noreferrer">the report</a>.</p>'
    "<p>[1] The note is kept, word for word.</p>"
).replace("\xa0", "&nbsp;")


def word_item(marker, words, *, listed, comments=True):
    before, after = (
        ("<!--[if !supportLists]-->", "<!--[endif]-->") if comments else ("<![if !supportLists]>", "<![endif]>")
    )
    return f"""<p class=MsoListParagraphCxSpMiddle style='margin-left:36.0pt;mso-add-space:auto;text-indent:-18.0pt;
mso-list:{listed}'>{before}<span lang=EN-GB style='font-family:Symbol;mso-fareast-font-family:Symbol'><span
style='mso-list:Ignore'>{marker}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;
</span></span></span>{after}<span lang=EN-GB>{words}<o:p></o:p></span></p>
"""


WORD = (
    """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/x/clip_filelist.xml"><title>Not part of the text</title>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm} @list l0:level1 {mso-level-number-format:bullet;} --></style></head>
<body lang=EN-GB style='tab-interval:36.0pt;word-wrap:break-word'><!--StartFragment-->
<p class=MsoTitle><span lang=EN-GB>Review of the “Global Compact”<o:p></o:p></span></p>
<h1 style='margin-left:18.0pt;text-indent:-18.0pt;mso-list:l2 level1 lfo3'><!--[if !supportLists]--><span
lang=EN-GB><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span>
<!--[endif]--><b style='mso-bidi-font-weight:normal'><span lang=EN-GB>What was
done<o:p></o:p></span></b></h1>
<p class=MsoNormal><span lang=EN-GB>Members met <b>twice</b>, in March and in <i style='mso-bidi-font-style:
normal'>May</i><a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1" title=""><span
class=MsoFootnoteReference><span style='mso-special-character:footnote'><!--[if !supportFootnotes]--><span
class=MsoFootnoteReference><span lang=EN-GB
style='font-size:11.0pt;mso-ansi-language:EN-GB'>[1]</span></span><!--[endif]--></span></span></a>, and agreed
the following:<o:p></o:p></span></p>
"""
    + word_item("·", "training of <b>border</b> officials;", listed="l0 level1 lfo1")
    + word_item("o", "in four States;", listed="l0 level2 lfo1")
    + word_item("o", "in two languages", listed="l0 level2 lfo1")
    + word_item("·", "an exchange of practices", listed="l0 level1 lfo1", comments=False)
    + word_item("a)", "each State’s focal point", listed="l1 level1 lfo2")
    + word_item("b)", "the secretariat", listed="l1 level1 lfo2")
    + "<p class=MsoNormal>A paragraph between.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
    + word_item("c)", "the Chair", listed="l1 level1 lfo2")
    + """<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;border:none'>
 <tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'>
  <td width=301 valign=top style='width:225.4pt;border:solid windowtext 1.0pt'>
  <p class=MsoNormal><b><span lang=EN-GB>Objective<o:p></o:p></span></b></p></td>
  <td width=301 valign=top><p class=MsoNormal><b>Practice</b></p></td></tr>
 <tr><td width=301><p class=MsoNormal>7 &amp; 8</p></td><td width=301><p class=MsoNormal>shared&nbsp;alerts<br>
 at sea</p></td></tr>
</table>
<p class=MsoNormal>See <a href="https://example.org/report?a=1&amp;b=2"><span
style='color:#0563C1'>the report</span></a>.</p>
<!--EndFragment-->
<div style='mso-element:footnote-list'><br clear=all><hr align=left size=1 width="33%">
<div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a style='mso-footnote-id:ftn1' href="#_ftnref1"
name="_ftn1" title=""><span class=MsoFootnoteReference>[1]</span></a><span lang=EN-GB> The note is kept, word for
word.<o:p></o:p></span></p></div></div></body></html>"""
)

GOOGLE_DOCS = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1f2e">
<h1 dir="ltr" style="line-height:1.38"><span
style="font-size:20pt;font-weight:400">Review of the “Global Compact”</span></h1>
<h2 dir="ltr"><span style="font-weight:400;font-style:normal">1. What was done</span></h2>
<p dir="ltr"><span style="font-weight:400">Members met </span><span style="font-weight:700">twice</span><span
style="font-weight:400">, in March and in </span><span style="font-style:italic;font-weight:400">May</span><span
style="font-weight:400">[1], and agreed the following:</span></p>
<ul style="margin-top:0"><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span
style="font-weight:400">training of </span><span style="font-weight:700">border</span><span
style="font-weight:400"> officials;</span></p></li><ul><li
dir="ltr" aria-level="2"><p dir="ltr"><span>in four States;</span></p></li><li dir="ltr" aria-level="2"><p><span>in two
languages</span></p></li></ul><li dir="ltr" aria-level="1"><p><span>an exchange of practices</span></p></li></ul>
<ol type="a"><li><p><span>each State’s focal point</span></p></li><li><p><span>the secretariat</span></p></li></ol>
<p><span>A paragraph between.</span></p><br>
<ol start="3" type="a"><li><p><span>the Chair</span></p></li></ol>
<div dir="ltr"><table style="border:none"><colgroup><col width="312"><col width="312"></colgroup><tbody><tr
style="height:0pt"><td style="border-left:solid"><p><span style="font-weight:700">Objective</span></p></td><td><p><span
style="font-weight:bold">Practice</span></p></td></tr><tr><td><p><span>7 &amp;
8</span></p></td><td><p><span>shared&nbsp;alerts</span><span><br></span><span>at
sea</span></p></td></tr></tbody></table></div>
<p><span>See </span><a href="https://example.org/report?a=1&amp;b=2" style="text-decoration:none"><span
style="color:#1155cc;text-decoration:underline">the report</span></a><span>.</span></p>
<p><span>[1] The note is kept, word for word.</span></p></b><br class="Apple-interchange-newline">"""

LIBRE_OFFICE = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/>
<title></title>
<style type="text/css">@page { size: 21cm 29.7cm } p { margin-bottom: 0.25cm }</style></head>
<body lang="en-GB" dir="ltr">
<h1 class="western">Review of the “Global Compact”</h1>
<h2 class="western"><b>1. What was done</b></h2>
<p style="line-height: 100%"><font face="Liberation Serif, serif">Members met <b>twice</b>, in March and in <i>May</i><a
class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym">[1]</a>, and agreed the following:</font></p>
<ul><li><p style="margin-bottom: 0cm">training of <b>border</b> officials;</p><ul><li><p>in four States;</p></li>
<li><p>in two languages</p></li></ul></li><li><p>an exchange of practices</p></li></ul>
<ol type="a"><li><p>each State’s focal point</p></li><li><p>the secretariat</p></li></ol>
<p>A paragraph between.</p><p><br/></p>
<ol type="a" start="3"><li><p>the Chair</p></li></ol>
<table width="665" cellpadding="7" cellspacing="0"><col width="318"/><col width="318"/><tr valign="top"><td width="318"
style="border: 1px solid #000000"><p><b>Objective</b></p></td><td><p><b>Practice</b></p></td></tr><tr>
<td><p>7 &amp; 8</p></td><td><p>shared&nbsp;alerts<br/>at sea</p></td></tr></table>
<p>See <a href="https://example.org/report?a=1&amp;b=2"><font color="#000080"><u>the report</u></font></a>.</p>
<div id="sdfootnote1"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote1sym"
href="#sdfootnote1anc">[1]</a>
The note is kept, word for word.</p></div></body></html>"""

ALL = {"Word": WORD, "Google Docs": GOOGLE_DOCS, "LibreOffice": LIBRE_OFFICE}
