// Going from item to item without leaving the page, so that a server that is gone takes nothing with it.

// Fetch a page; resolves to {page, url} or {failed: why}. A parsed document runs nothing.
export function fetchPage(url) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.timeout = 30_000;
    request.onload = () => {
      if (request.response) resolve({ page: request.response, url: request.responseURL, status: request.status });
      else resolve({ failed: "The server answered with something that is no page." });
    };
    request.onerror = () => resolve({ failed: "The server cannot be reached. It may have been stopped." });
    request.ontimeout = () => resolve({ failed: "The server takes too long to answer." });
    request.send();
  });
}

// Put a fetched item in the place of the one that is shown; false if the page is of another kind.
export function swap(page) {
  const next = page.getElementById("main");
  if (!next?.classList.contains("item")) return false;
  for (const id of ["main", "where", "help"]) {
    const here = document.getElementById(id);
    const there = page.getElementById(id);
    if (here && there) here.replaceWith(document.adoptNode(there));
  }
  document.title = page.title;
  scrollTo(0, 0);
  return true;
}
