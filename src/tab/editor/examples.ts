/** Opens the editor's import dialog at the examples. */
export function showExamples(): void {
  RED.actions.invoke('core:show-examples-import-dialog');
}
