import { examineScript } from '../../engine/targets/local/examine-script.ts';
import type { ScriptFolders } from '../../engine/targets/local/script-folders.ts';
import type { Sign } from '../../engine/words/diagnosis.ts';
import { aboutHandler, type HandlerFacts, levelOf } from './handler-facts.ts';
import { signOf } from './sign.ts';

/** Whether the scripts of local handlers are there and can be started. Starts none of them. */
export function checkScripts(handlers: readonly HandlerFacts[], scripts: ScriptFolders): Sign[] {
  return handlers.flatMap((facts): Sign | [] => {
    const { config } = facts;
    if (config.handlerType !== 'local' || 'problem' in config) return [];
    const about = { ...aboutHandler(facts), subject: config.command };
    const examined = examineScript(config, scripts);
    if ('problem' in examined) {
      const values = { reason: examined.problem };
      return signOf(levelOf(facts), 'scripts', 'unstartable', { ...about, values });
    }
    const { file } = examined;
    if ('missing' in examined) {
      const values = { program: examined.missing };
      return signOf(levelOf(facts), 'scripts', 'noInterpreter', { ...about, values });
    }
    return examined.writable
      ? signOf('notice', 'scripts', 'writable', { ...about, values: { file } })
      : signOf('ok', 'scripts', 'startable', about);
  });
}
