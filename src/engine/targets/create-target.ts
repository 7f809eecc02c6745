import { messageOf } from '../words/errors.ts';
import type { Expressions } from '../words/expression.ts';
import type { Handler } from '../words/handler.ts';
import type { Flows } from './flow/flow.ts';
import { AddressGuard, type AddressRules } from './http/address-guard.ts';
import { Connections } from './http/connections.ts';
import { httpTarget } from './http/http.ts';
import { localTarget } from './local/local.ts';
import { type ScriptFolderOptions, ScriptFolders } from './local/script-folders.ts';
import { residentTarget } from './resident/resident.ts';
import type { Target } from './target.ts';
import { unavailableTarget } from './unavailable.ts';

/** Whom handlers may be: the script folders and the addresses of settings.js, and the deployed flows. */
export type TargetOptions = ScriptFolderOptions &
  AddressRules & { readonly flows: Flows; readonly expressions?: Expressions };

/** Makes whom a handler calls. It never throws: a target that can not be made says why when it is called. */
export function createTarget(handler: Handler, options: TargetOptions): Target {
  try {
    return targetOf(handler, options);
  } catch (error) {
    const reason = messageOf(error);
    return unavailableTarget(handler.handlerType, `the handler can not be called: ${reason}`);
  }
}

function targetOf(handler: Handler, options: TargetOptions): Target {
  switch (handler.handlerType) {
    case 'http':
      return httpTarget(handler, {
        connections: connectionsUnder(options),
        expressions: options.expressions,
      });
    case 'local':
      return (handler.mode === 'once' ? localTarget : residentTarget)(handler, {
        scripts: new ScriptFolders(options),
      });
    case 'flow':
      return options.flows.target(handler);
  }
}

const shared = new Map<string, Connections>();

/** All registries of the process share connections; the rules are one per settings.js. */
function connectionsUnder({ allow = [], deny = [] }: AddressRules): Connections {
  const rules = JSON.stringify([allow, deny]);
  const connections = shared.get(rules) ?? new Connections(new AddressGuard({ allow, deny }));
  shared.set(rules, connections);
  return connections;
}
