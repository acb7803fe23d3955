// Turns what word processors put on the clipboard into the portal's small HTML, word for word.
//
// Word writes list items as paragraphs with a level in a style of its own and the bullet or number as text; Google Docs
// writes bold as a style and nested lists beside their item; LibreOffice writes what HTML means but with fonts around it.
// The server reads the same things in the same way when HTML is posted to it (submissions/rich_text_reader.py).

const UNREAD = "script, style, title, template, iframe, xml, meta, link, noembed, noframes, object, hr, col, colgroup";
const UNWRAPPED = "span, font, u, s, strike, del, ins, small, big, center, o\\:p, a:not([href])";
const MEANT = new Set(
  "P,BR,STRONG,EM,SUP,SUB,A,UL,OL,LI,H3,BLOCKQUOTE,TABLE,THEAD,TBODY,TFOOT,TR,TD,TH,DIV".split(","),
);
const BLOCKS = new Set("P,UL,OL,H3,BLOCKQUOTE,TABLE,DIV".split(","));
const KEPT_ATTRIBUTES = { A: ["href"], TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan"], OL: ["start", "type"] };
const SCRIPTS = { super: "sup", sub: "sub", baseline: null };

const styleOf = (element) => element.dataset.style ?? "";
const isMarker = (element) => /mso-list\s*:\s*ignore/i.test(styleOf(element));
const isHeading = (element) => /^H[1-6]$/.test(element.tagName) || /^MsoTitle\b/.test(element.className);

function declared(element, property) {
  const match = styleOf(element).match(new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([a-z0-9-]+)`, "i"));
  return match?.[1].toLowerCase();
}

// Styles are read, never applied, and no event is listened to; under these names the browser would try, and the page's
// policy refuse and report it.
function disarmed(html) {
  return html
    .replace(/<style\b[\s\S]*?<\/style\s*>/gi, "")
    .replace(/<[a-z](?:[^>"']|"[^"]*"|'[^']*')*>/gi, (tag) => tag.replace(/([\s/"'])(style|on\w+)(?=\s*=)/gi, "$1data-$2"));
}

function unwrap(element) {
  element.replaceWith(...element.childNodes);
}

function rename(element, tag) {
  const renamed = element.ownerDocument.createElement(tag);
  for (const { name, value } of element.attributes) {
    renamed.setAttribute(name, value);
  }
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
}

function removeUnread(body) {
  const comments = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (comments.nextNode()) {
    found.push(comments.currentNode);
  }
  found.forEach((comment) => comment.remove());
  body.querySelectorAll(UNREAD).forEach((element) => element.remove());
}

// ---------------------------------------------------------------------------------------- lists that Word wrote

function romanNumber(label) {
  const values = [...label].map((letter) => ({ i: 1, v: 5, x: 10, l: 50, c: 100 })[letter]);
  return values.reduce((sum, value, i) => sum + (value < Math.max(0, ...values.slice(i + 1)) ? -value : value), 0);
}

function numberingOf(marker) {
  const match = marker.trim().match(/^(\(?)(?:\d{1,4}\.){0,8}(\d{1,4}|[ivxlc]{1,8}|[a-z])([.)]?)$/i);
  // A single letter without a stop is not a number: Word's hollow bullet is the letter o.
  if (!match || !(/\d/.test(match[2]) || match[1] || match[3])) {
    return { tag: "ul" };
  }
  const label = match[2].toLowerCase();
  if (/\d/.test(label)) {
    return { tag: "ol", start: Number(label), type: "1" };
  }
  const system = label.length > 1 || label === "i" ? "i" : "a";
  const start = system === "i" ? romanNumber(label) : label.charCodeAt(0) - 96;
  return { tag: "ol", start, type: match[2] === label ? system : system.toUpperCase() };
}

function takeMarker(paragraph) {
  let text = "";
  for (const element of paragraph.querySelectorAll("[data-style]")) {
    if (isMarker(element) && paragraph.contains(element)) {
      text += element.textContent;
      element.remove();
    }
  }
  return text;
}

function makeLists(body) {
  let lists = []; // those that are open, outermost first: { level, name, list }
  let previous = null; // the outermost list, as long as nothing else has followed it
  for (const paragraph of [...body.querySelectorAll("p, h1, h2, h3, h4, h5, h6, div")]) {
    if (!paragraph.querySelector("p, div")) {
      const said = styleOf(paragraph).match(/mso-list\s*:\s*l(\d{1,6})\s+level(\d{1,2})/i);
      if (isHeading(paragraph) || !said) {
        const marker = takeMarker(paragraph).trim();
        if (marker) {
          paragraph.prepend(`${marker} `); // the number of a heading is part of its words
        }
        continue;
      }
      if (!previous || previous !== paragraph.previousElementSibling) {
        lists = [];
      }
      previous = addItem(lists, paragraph, Number(said[2]), said[1]);
    }
  }
}

function addItem(lists, paragraph, level, name) {
  const document = paragraph.ownerDocument;
  const { tag, start, type } = numberingOf(takeMarker(paragraph));
  while (lists.length && lists.at(-1).level > level) {
    lists.pop();
  }
  const same = lists.at(-1)?.level === level ? lists.at(-1) : null;
  if (same && (same.list.localName !== tag || (tag === "ol" && same.name !== name))) {
    lists.pop();
  }
  if (!lists.length || lists.at(-1).level < level) {
    const list = document.createElement(tag);
    if (tag === "ol" && start !== 1) list.setAttribute("start", start);
    if (tag === "ol" && type !== "1") list.setAttribute("type", type);
    if (lists.length) {
      lists.at(-1).list.lastElementChild.append(list);
    } else {
      paragraph.before(list);
    }
    lists.push({ level, name, list });
  }
  const item = document.createElement("li");
  const words = document.createElement("p");
  words.append(...paragraph.childNodes);
  item.append(words);
  lists.at(-1).list.append(item);
  paragraph.remove();
  return lists[0].list;
}

// ---------------------------------------------------------------------------------------- the rest

function makeMarks(body) {
  for (const element of [...body.querySelectorAll("b, strong, i, em, sup, sub, a, span, font")].reverse()) {
    const tag = element.localName;
    const weight = declared(element, "font-weight");
    const slant = declared(element, "font-style");
    const script = SCRIPTS[declared(element, "vertical-align")];
    const isBold = weight ? /^(bold|bolder|[6-9]00)$/.test(weight) : tag === "b" || tag === "strong";
    const isItalic = slant ? /^(italic|oblique)$/.test(slant) : tag === "i" || tag === "em";
    const raised = script === undefined ? (tag === "sup" || tag === "sub" ? tag : null) : script;
    const wraps = [isBold && "strong", isItalic && "em", raised].filter(Boolean);
    // Marks go around the words, not around paragraphs: Google Docs wraps all it copies in one <b> that is not bold.
    if (element.querySelector("p, div, li, table, h1, h2, h3, h4, h5, h6")) {
      if (tag !== "a") unwrap(element);
      continue;
    }
    for (const wrap of wraps) {
      const inner = element.ownerDocument.createElement(wrap);
      inner.append(...element.childNodes);
      element.append(inner);
    }
    if (tag !== "a") {
      unwrap(element);
    }
  }
  for (const link of body.querySelectorAll("a")) {
    if (!/^(https?:\/\/[^\s<>"/?#]|mailto:[^\s<>"?])[^\s<>"]*$/i.test(link.getAttribute("href")?.trim() ?? "")) {
      unwrap(link); // footnote marks point inside the document that they came from
    }
  }
}

function makeHeadings(body) {
  for (const element of body.querySelectorAll("h1, h2, h3, h4, h5, h6, [class^=MsoTitle]")) {
    if (!isHeading(element)) {
      continue;
    }
    const inside = element.closest("li, td, th, blockquote");
    const heading = rename(element, inside ? "p" : "h3");
    heading.querySelectorAll("strong").forEach(unwrap);
    if (inside) {
      const strong = heading.ownerDocument.createElement("strong");
      strong.append(...heading.childNodes);
      heading.append(strong);
    }
  }
}

function nestLists(body) {
  for (const list of body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) {
    let item = list.previousElementSibling;
    if (item?.localName !== "li") {
      item = body.ownerDocument.createElement("li");
      list.before(item);
    }
    item.append(list);
  }
}

// A table inside a cell becomes paragraphs in that cell.
function flattenInnerTables(body) {
  for (const table of [...body.querySelectorAll(":is(td, th) table")].reverse()) {
    const parts = [...table.querySelectorAll("caption, td, th")].map((part) => rename(part, "div"));
    table.replaceWith(...parts);
  }
}

// The next node on one side that is not white space.
function beside(node, side) {
  let next = node;
  do {
    next = side < 0 ? next.previousSibling : next.nextSibling;
  } while (next && next.nodeType === Node.TEXT_NODE && !next.data.trim());
  return next;
}

function keepOnlyWhatIsMeant(body) {
  for (const element of [...body.querySelectorAll("*")]) {
    if (!MEANT.has(element.tagName) && !/^(PRE|DL|DT|DD|SECTION|ARTICLE|CAPTION)$/.test(element.tagName)) {
      unwrap(element);
      continue;
    }
    for (const { name } of [...element.attributes]) {
      if (!KEPT_ATTRIBUTES[element.tagName]?.includes(name)) {
        element.removeAttribute(name);
      }
    }
  }
  for (const empty of body.querySelectorAll("p, h3")) {
    if (!empty.textContent.trim()) {
      empty.remove();
    }
  }
  const isBetweenBlocks = (node) => !node || BLOCKS.has(node.nodeName);
  for (const space of body.querySelectorAll("br")) {
    if (space.parentNode.localName !== "p" && isBetweenBlocks(beside(space, -1)) && isBetweenBlocks(beside(space, 1))) {
      space.remove();
    }
  }
}

export function tidyPaste(html) {
  if (html.includes("data-pm-slice")) {
    return html; // copied from an editor of this portal
  }
  const { body } = new DOMParser().parseFromString(disarmed(html), "text/html");
  removeUnread(body);
  makeLists(body);
  makeMarks(body);
  makeHeadings(body);
  nestLists(body);
  flattenInnerTables(body);
  body.querySelectorAll(UNWRAPPED).forEach(unwrap);
  keepOnlyWhatIsMeant(body);
  return body.innerHTML;
}
