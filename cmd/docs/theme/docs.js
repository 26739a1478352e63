// The contents are open where there is room for them beside the text.
const wide = matchMedia("(min-width: 60rem)");
const contents = document.querySelector("details.contents");
const fit = () => (contents.open = wide.matches);
wide.addEventListener("change", fit);
fit();
