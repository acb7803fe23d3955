// Turns each [data-rich-text] text area into an editor. Without this file the text area is used as it is.

const WORD = /[\p{L}\p{N}]/u;

function countWords(text) {
  return text.split(/\s+/).filter((word) => WORD.test(word)).length;
}

function escape(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

// The same rules as from_plain() on the server: an empty line ends a paragraph; "- " and "1. " begin list items.
export function fromPlain(text) {
  const blocks = [];
  let isOpen = false;
  for (const typed of text.split(/\r\n?|\n/)) {
    const line = typed.trim();
    const last = blocks.at(-1);
    const bullet = line.match(/^[-*•·\uf0b7][ \t\xa0]+(?=\S)/);
    const number = line.match(/^(\d{1,3})\.[ \t\xa0]+(?=\S)/);
    if (!line) {
      isOpen = false;
    } else if (bullet) {
      const list = last?.tag === "ul" ? last : blocks[blocks.push({ tag: "ul", items: [] }) - 1];
      list.items.push(line.slice(bullet[0].length));
    } else if (number && Number(number[1]) === (last?.tag === "ol" ? last.items.length + 1 : 1)) {
      const list = last?.tag === "ol" ? last : blocks[blocks.push({ tag: "ol", items: [] }) - 1];
      list.items.push(line.slice(number[0].length));
    } else if (isOpen && last?.tag === "p") {
      last.items.push(line);
    } else {
      blocks.push({ tag: "p", items: [line] });
      isOpen = true;
    }
  }
  return blocks
    .map(({ tag, items }) =>
      tag === "p"
        ? `<p>${items.map(escape).join("<br>")}</p>`
        : `<${tag}>${items.map((item) => `<li><p>${escape(item)}</p></li>`).join("")}</${tag}>`,
    )
    .join("");
}

// What a person enters as the target of a link, as an address in full; null if it is none.
export function addressFrom(entered) {
  const address = entered.trim();
  if (/^(https?:\/\/[^\s<>"/?#]|mailto:[^\s<>"?])[^\s<>"]*$/i.test(address)) {
    return address;
  }
  if (/^[^\s<>"@:/]+@[^\s<>"@:/]+\.[^\s<>"@:/]+$/.test(address)) {
    return `mailto:${address}`;
  }
  if (/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#][^\s<>"]*)?$/u.test(address)) {
    return `https://${address}`;
  }
  return null;
}

function extensionsOf(library) {
  // Tab goes on to the next field, as everywhere; items move by buttons and by Ctrl+] and Ctrl+[.
  const withoutTab = (extension, more = () => ({})) =>
    extension.extend({
      addKeyboardShortcuts() {
        const { Tab, "Shift-Tab": shiftTab, ...others } = this.parent?.() ?? {};
        return { ...others, ...more(this) };
      },
    });
  return [
    library.Document,
    library.Paragraph,
    library.Text,
    library.HardBreak,
    library.Bold,
    library.Italic,
    library.Superscript,
    library.Subscript,
    // The section's own title is the level above, whichever tag the portal keeps; no level may be skipped.
    library.Heading.configure({ levels: [3], HTMLAttributes: { "aria-level": "2" } }),
    library.BulletList,
    library.OrderedList.configure({ enableListAttributes: false }),
    withoutTab(library.ListItem, ({ editor }) => ({
      "Mod-]": () => editor.commands.sinkListItem("listItem"),
      "Mod-[": () => editor.commands.liftListItem("listItem"),
    })),
    library.Blockquote,
    library.Link.configure({ enableTarget: false, openOnClick: false }),
    withoutTab(library.Table),
    library.TableRow,
    library.TableHeader,
    library.TableCell,
    library.Gapcursor,
    library.History,
  ];
}

const COMMANDS = {
  heading: {
    run: (chain) => chain.toggleHeading({ level: 3 }),
    isOn: (editor) => editor.isActive("heading"),
  },
  bold: { run: (chain) => chain.toggleBold(), isOn: (editor) => editor.isActive("bold") },
  italic: { run: (chain) => chain.toggleItalic(), isOn: (editor) => editor.isActive("italic") },
  bullets: { run: (chain) => chain.toggleBulletList(), isOn: (editor) => editor.isActive("bulletList") },
  numbers: { run: (chain) => chain.toggleOrderedList(), isOn: (editor) => editor.isActive("orderedList") },
  deeper: { run: (chain) => chain.sinkListItem("listItem") },
  shallower: { run: (chain) => chain.liftListItem("listItem") },
  quote: { run: (chain) => chain.toggleBlockquote(), isOn: (editor) => editor.isActive("blockquote") },
  link: { isOn: (editor) => editor.isActive("link") },
  table: {
    run: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
    isAllowed: (editor) => !editor.isActive("table"),
  },
  row: { run: (chain) => chain.addRowAfter() },
  column: { run: (chain) => chain.addColumnAfter() },
  header: { run: (chain) => chain.toggleHeaderRow() },
  "delete-row": { run: (chain) => chain.deleteRow() },
  "delete-column": { run: (chain) => chain.deleteColumn() },
  "delete-table": { run: (chain) => chain.deleteTable() },
  undo: { run: (chain) => chain.undo() },
  redo: { run: (chain) => chain.redo() },
};

function isAllowed(editor, { run, isAllowed: rule }) {
  return editor.isEditable && (!rule || rule(editor)) && (!run || run(editor.can().chain().focus()).run());
}

function beginToolbar(root, editor, openLink) {
  const toolbar = root.querySelector("[role=toolbar]");
  const buttons = [...toolbar.querySelectorAll("[data-command]")];
  const shown = () => buttons.filter((button) => !button.hidden);
  const makeStop = (stop) => buttons.forEach((button) => (button.tabIndex = button === stop ? 0 : -1));

  function refresh() {
    const held = buttons.find((button) => button.tabIndex === 0);
    const isIn = { list: editor.isActive("listItem"), table: editor.isActive("table") };
    for (const button of buttons) {
      const command = COMMANDS[button.dataset.command];
      button.hidden = "onlyIn" in button.dataset && !isIn[button.dataset.onlyIn];
      button.setAttribute("aria-disabled", String(!button.hidden && !isAllowed(editor, command)));
      if (command.isOn) {
        button.setAttribute("aria-pressed", String(command.isOn(editor)));
      }
    }
    makeStop(held && !held.hidden ? held : shown()[0]);
  }

  toolbar.addEventListener("mousedown", (event) => event.preventDefault()); // the editor keeps its selection
  toolbar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command]");
    const name = button?.dataset.command;
    if (!button || button.getAttribute("aria-disabled") === "true") {
      return;
    }
    makeStop(button);
    if (name === "link") {
      openLink();
    } else {
      COMMANDS[name].run(editor.chain().focus()).run();
    }
  });
  toolbar.addEventListener("keydown", (event) => {
    const all = shown();
    const isRtl = getComputedStyle(toolbar).direction === "rtl";
    const step = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 }[event.key];
    const now = all.indexOf(document.activeElement);
    const next =
      event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : (now + step + all.length) % all.length;
    if (now >= 0 && all[next]) {
      event.preventDefault();
      makeStop(all[next]);
      all[next].focus();
    }
  });
  editor.on("transaction", refresh);
  refresh();
  toolbar.hidden = false;
}

function beginLinks(root, editor) {
  const dialog = root.querySelector("dialog");
  const field = dialog.querySelector("[data-rich-text-address]");
  const error = dialog.querySelector("[role=alert]");

  function setLink() {
    const address = addressFrom(field.value);
    error.hidden = Boolean(address);
    field.setAttribute("aria-invalid", String(!address));
    if (!address) {
      field.focus();
      return;
    }
    dialog.close();
    const chain = editor.chain().focus().extendMarkRange("link");
    if (editor.state.selection.empty && !editor.isActive("link")) {
      const text = address.replace(/^mailto:/i, "");
      chain.insertContent({ type: "text", text, marks: [{ type: "link", attrs: { href: address } }] }).run();
    } else {
      chain.setLink({ href: address }).run();
    }
  }

  const acts = {
    set: setLink,
    remove() {
      dialog.close();
      editor.chain().focus().extendMarkRange("link").unsetLink().run();
    },
    cancel() {
      dialog.close();
    },
  };
  dialog.addEventListener("click", (event) => acts[event.target.closest("[data-link]")?.dataset.link]?.());
  dialog.addEventListener("close", () => editor.commands.focus());
  // The dialog lies inside the page's form, which Enter in its field would send.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      setLink();
    }
  });
  for (const event of ["input", "change"]) {
    field.addEventListener(event, (happened) => happened.stopPropagation());
  }

  return function openLink() {
    field.value = editor.getAttributes("link").href ?? "";
    field.removeAttribute("aria-invalid");
    error.hidden = true;
    dialog.querySelector("[data-link=remove]").hidden = !editor.isActive("link");
    dialog.showModal();
    field.focus();
  };
}

function beginCounter(root, textarea, editor) {
  const shown = root.querySelector(".rich-text-count");
  const status = root.querySelector("[data-rich-text-status]");
  const sentences = JSON.parse(root.dataset.counter);
  const plural = new Intl.PluralRules(document.documentElement.lang || "en");
  let pause = 0;

  editor.on("update", () => {
    const { doc } = editor.state;
    const words = countWords(doc.textBetween(0, doc.content.size, "\n", "\n"));
    const over = sentences.limit === null ? 0 : words - sentences.limit;
    const count = over > 0 ? over : words;
    const forms = sentences.limit === null ? sentences.so_far : over > 0 ? sentences.over : null;
    const sentence = (forms ? forms[plural.select(count)] : sentences.within).replace("{count}", count);
    shown.textContent = sentence;
    shown.classList.toggle("is-over", over > 0);
    // Read out when the typing pauses, not at every key.
    window.clearTimeout(pause);
    pause = window.setTimeout(() => (status.textContent = sentence), 1500);
  });
}

function refusesPaste(root, event) {
  const refused = root.querySelector("[data-rich-text-refused]");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const isTooLong = text.length > Number(root.dataset.mostCharacters) || countWords(text) > Number(root.dataset.mostWords);
  refused.hidden = !isTooLong;
  return isTooLong;
}

async function begin(root) {
  const [library, { tidyPaste }] = await Promise.all([import(root.dataset.editor), import(root.dataset.paste)]);
  const textarea = root.querySelector("textarea");
  const format = root.querySelector("[data-rich-text-format]");
  const hadFocus = document.activeElement === textarea;

  // What was typed while the editor was on its way, or what the browser remembers, counts for more than what is stored.
  if (format.value !== "html") {
    const isUntouched = textarea.value === textarea.defaultValue && "html" in root.dataset;
    textarea.value = isUntouched ? root.dataset.html : fromPlain(textarea.value);
    format.value = "html";
  }

  const label = document.querySelector(`label[for="${CSS.escape(textarea.id)}"]`);
  if (label && !label.id) {
    label.id = `${textarea.id}_label`;
  }
  const element = document.createElement("div");
  element.className = "rich-text-editor";
  textarea.before(element);

  const attributes = {
    id: `${textarea.id}_editor`,
    role: "textbox",
    "aria-multiline": "true",
    dir: textarea.getAttribute("dir") || "auto",
    "aria-describedby": textarea.getAttribute("aria-describedby") ?? "",
  };
  if (textarea.lang) attributes.lang = textarea.lang;
  if (label) attributes["aria-labelledby"] = label.id;
  if (root.classList.contains("is-invalid")) attributes["aria-invalid"] = "true";

  const { DOMParser: Parser } = library.pm.model ?? library.pm;
  const editor = new library.Editor({
    element,
    injectCSS: false, // rich-text.css has what the editor would write into the page
    editable: !textarea.disabled && !textarea.readOnly,
    extensions: extensionsOf(library),
    content: textarea.value,
    enableInputRules: ["bulletList"], // "- " begins a list; what is typed is otherwise left as it is
    enablePasteRules: ["link"],
    editorProps: {
      attributes,
      transformPastedHTML: tidyPaste,
      // What no section can hold is not laid out first, which would take minutes; it stays in the clipboard.
      handlePaste: (_view, event) => refusesPaste(root, event),
      clipboardTextParser(text, _context, _isPlain, view) {
        const holder = document.createElement("div");
        holder.innerHTML = fromPlain(text);
        return Parser.fromSchema(view.state.schema).parseSlice(holder, { preserveWhitespace: false });
      },
    },
    onUpdate({ editor: changed }) {
      const html = changed.getHTML();
      textarea.value = html === "<p></p>" ? "" : html;
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });

  // The text area stays what is posted, what the label and the error summary point to, and passes the focus on.
  textarea.tabIndex = -1;
  textarea.setAttribute("aria-hidden", "true");
  textarea.addEventListener("focus", () => editor.commands.focus());
  root.querySelector(".rich-text-plain-hint").hidden = true;
  beginToolbar(root, editor, beginLinks(root, editor));
  beginCounter(root, textarea, editor);
  root.classList.add("is-ready");
  if (hadFocus) {
    editor.commands.focus("end");
  }
  root.dispatchEvent(new CustomEvent("rich-text:ready", { bubbles: true, detail: { editor } }));
}

for (const root of document.querySelectorAll("[data-rich-text]")) {
  begin(root).catch((error) => console.error("The text area stays without an editor:", error));
}
