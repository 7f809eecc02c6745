/** Light or dark as the system is: the editor's style goes by a class of the document. */
export function followSystemColours(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('nr-theme-dark', dark.matches);
  follow();
  dark.addEventListener('change', follow);
}
