import type { NodeAPI, NodeStatus } from 'node-red';
import type { Alarm } from '../engine/words/alarm.ts';
import { tabLink } from './tab-link.ts';
import type { SavedWatch } from './watch-config.ts';

interface WhoseAlarm {
  readonly registry: { readonly id: string; readonly name: string };
  readonly saved: SavedWatch;
}

/** What a watch node sends: the alarm, a sentence for people in Node-RED's language, and where to look. */
export function alarmMessage(RED: NodeAPI, alarm: Alarm, { registry, saved }: WhoseAlarm) {
  const { alarm: topic, state, handler, objectId, error, count, since } = alarm;
  const minutes = {
    failures: saved.failureMinutes,
    backlog: saved.backlogMinutes,
    object: saved.objectMinutes,
  };
  const text = RED._(`provisioning-watch.text.${topic}.${state}`, {
    registry: registry.name || registry.id,
    handler: handler ? handler.name || handler.id : '',
    object: objectId ?? '',
    error: error ?? '',
    minutes: topic === 'circuit' ? '' : minutes[topic],
    count,
    since,
  });
  const link = tabLink(RED, registry.id, alarm);
  return { topic, payload: { ...alarm, registry, text, link } };
}

/** What holds now; nothing: no status. */
export function alarmStatus(RED: NodeAPI, alarms: readonly Alarm[]): NodeStatus {
  const [first] = alarms;
  if (!first) return {};
  const number = alarms.length;
  const alike = alarms.every(({ alarm }) => alarm === first.alarm);
  const kind = !alike ? 'several' : first.alarm === 'circuit' && number === 1 ? 'oneCircuit' : first.alarm;
  return { fill: 'red', shape: 'dot', text: RED._(`provisioning-watch.status.${kind}`, { number }) };
}
