import de from '../../../nodes/locales/de/provisioning-tab.json' with { type: 'json' };
import english from '../../../nodes/locales/en-US/provisioning-tab.json' with { type: 'json' };
import type { Translate } from '../text/translate.ts';

const catalogues: Readonly<Record<string, unknown>> = { de, en: english };

/** The language that the editor was set to in this browser, else the browser's own. */
export function pageLanguage(): string {
  const chosen = localStorage.getItem('editor-language') ?? '';
  return [chosen, ...navigator.languages].find((tag) => languageOf(tag) in catalogues) ?? 'en-US';
}

/** Texts of the tab, in a language that there is a catalogue of. */
export function translateTo(language: string): Translate {
  const own = catalogues[languageOf(language)];
  return (key, values = {}) => {
    const text = textAt(own, key) ?? textAt(english, key) ?? key;
    return text.replace(/__(\w+)__/g, (whole, name: string) =>
      name in values ? String(values[name]) : whole,
    );
  };
}

function textAt(catalogue: unknown, key: string): string | undefined {
  const found = key
    .split('.')
    .reduce<unknown>((at, part) => (at as Readonly<Record<string, unknown>> | undefined)?.[part], catalogue);
  return typeof found === 'string' ? found : undefined;
}

const languageOf = (tag: string): string => tag.slice(0, 2).toLowerCase();
