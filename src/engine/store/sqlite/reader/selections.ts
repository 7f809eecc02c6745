import { selectionsIn } from '../../reading/selections.ts';

/** Those of SQLite. No index leads to an object's executions and events: see IndexedSearch. */
export const { isUnresolved, executionsSelected, eventsSelected } = selectionsIn({
  notReplaced: 'replayed_as is null and passed_by = 0',
  named: 'seq in (select value from json_each(:seqs))',
  seqs: (seqs) => JSON.stringify(seqs),
  // `+` keeps the planner from using an index for the condition.
  unindexed: (condition) => `+${condition}`,
  leadsToObjects: false,
});
