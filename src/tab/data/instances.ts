import type { InstanceRow } from '../../engine/words/admin-answers.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import { shownRegistries } from './shown-registries.ts';

/** Ms between two readings. */
const betweenReadings = 5000;

/** The Node-REDs that share the registries which are shown; none where none is shared. */
export class InstanceSource extends LiveSource<readonly InstanceRow[], Model> {
  constructor(model: Model) {
    super(model, betweenReadings);
  }

  protected override follow() {
    return [this.model.registries.observe(this.ask)];
  }

  protected override async fetch(): Promise<readonly InstanceRow[]> {
    const shown = shownRegistries(this.model);
    const rows = await this.model.api.get<readonly InstanceRow[]>('instances');
    return rows.filter(({ registry }) => shown.includes(registry));
  }
}
