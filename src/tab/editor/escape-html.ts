/** Text for the few places where the editor takes HTML only. */
export function escapeHtml(text: string): string {
  const element = document.createElement('span');
  element.textContent = text;
  return element.innerHTML;
}
