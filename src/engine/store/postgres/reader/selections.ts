import { selectionsIn } from '../../reading/selections.ts';

/** Those of PostgreSQL. */
export const { isUnresolved, executionsSelected, eventsSelected } = selectionsIn({
  notReplaced: 'replayed_as is null and not passed_by',
  named: 'seq = any(:seqs::bigint[])',
  seqs: (seqs) => `{${seqs.join()}}`,
  unindexed: (condition) => condition,
  leadsToObjects: true,
});
