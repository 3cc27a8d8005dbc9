// A page's structure in one look. Names are computed as a browser's accessibility tree does for these simple cases.
() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const seen = (e) => e.getClientRects().length > 0;
  const markup = (e) => e.outerHTML.slice(0, 120);
  const labelled = (e) => e.getAttribute("aria-label");
  const name = (e) =>
    (labelled(e) || e.innerText || e.title || "").replace(/\s+/g, " ").trim() ||
    [...e.querySelectorAll("img")].map((image) => image.alt).join(" ");
  return {
    lang: document.documentElement.lang,
    title: document.title,
    headings: all("h1,h2,h3,h4").filter(seen).map((e) => Number(e.tagName[1])),
    mains: all("main").length,
    unnamed_regions: all("nav,[role=group]").filter((e) => !labelled(e)).map(markup),
    unlabelled: all("input,select,textarea").filter((e) => e.type !== "hidden" && !e.labels.length).map(markup),
    nameless: all("a[href],button").filter((e) => seen(e) && !name(e)).map(markup),
    links: all("a[href]").filter(seen).map((e) => [name(e), e.getAttribute("href")]),
    pictures: all("img:not([alt])").map(markup),
    bare_drawings: all("svg").filter((e) => !e.closest("[aria-hidden=true]") && !labelled(e)).map(markup),
    ids: all("[id]").map((e) => e.id),
    headless_tables: all("table").filter((e) => !e.querySelector("th[scope]")).map(markup),
    dangling: all("[aria-describedby],[aria-labelledby],label[for]")
      .filter((e) => ["aria-describedby", "aria-labelledby", "for"].some((reference) =>
        (e.getAttribute(reference) || "").split(/\s+/).some((id) => id && !document.getElementById(id))))
      .map(markup),
    unexplained: all("[aria-invalid]").filter((e) => !e.getAttribute("aria-describedby")).map(markup),
    forgetful: all("input[type=password]:not([autocomplete]),form[method=post] input[type=text]:not([autocomplete]):not([readonly])").map(markup),
    // Several buttons of one name must say what each is about.
    alike: all("main button").filter(seen)
      .map((e) => [name(e), ...(e.getAttribute("aria-describedby") || "").split(" ").map((id) => document.getElementById(id)?.innerText || "")].join(": "))
      .filter((words, i, every) => every.indexOf(words) !== i),
    forced_order: all("[tabindex]").filter((e) => e.tabIndex > 0).map(markup),
    small: all("header a,main button,.toggle,.hero-link,select,input")
      .filter((e) => seen(e) && e.getBoundingClientRect().height < 24)
      .map(markup),
  };
}
