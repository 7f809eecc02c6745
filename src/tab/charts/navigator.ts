import { languageTag } from '../text/language.ts';

/**
 * What the bundle has for the browser's own `navigator`: uPlot hands its language to `Intl` as soon as it is loaded,
 * and where that is no valid tag, nothing of the tab would load.
 */
export const navigator = { language: languageTag(globalThis.navigator.language) };
