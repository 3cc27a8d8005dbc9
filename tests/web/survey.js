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
    forced_order: all("[tabindex]").filter((e) => e.tabIndex > 0).map(markup),
    small: all("header a,main button,.toggle,.hero-link,select,input")
      .filter((e) => seen(e) && e.getBoundingClientRect().height < 24)
      .map(markup),
  };
}
