import assert from 'node:assert/strict';
import { ofPostgres, ofSqlite } from './both-stores/by-design.ts';
import { circuitsOf, type Opened, openCircuits, probesOf } from './both-stores/circuits.ts';
import { deliveryOf } from './both-stores/delivery.ts';
import { figuresOf } from './both-stores/figures.ts';
import { keysOf } from './both-stores/keys.ts';
import { type Listed, listedAt } from './both-stores/listed.ts';
import { listsOf } from './both-stores/lists.ts';
import { messagesOf } from './both-stores/messages.ts';
import { replaysOf } from './both-stores/replays.ts';
import { Site } from './both-stores/site.ts';
import { switchesOf } from './both-stores/switches.ts';
import { transcriptOf } from './both-stores/transcript.ts';

class Store {
  readonly name: string;
  /** What is so of it alone, by design. */
  readonly own: (site: () => Site) => void;
  readonly #open: () => Promise<Site>;
  #site: Site | undefined;
  #opened: Opened | undefined;

  constructor(name: string, own: (site: () => Site) => void, open: () => Promise<Site>) {
    this.name = name;
    this.own = own;
    this.#open = open;
  }

  readonly site = (): Site => this.#site as Site;
  readonly opened = (): Opened => this.#opened as Opened;

  async start(): Promise<void> {
    this.#site = await this.#open();
    this.#opened = await openCircuits(this.#site);
  }

  async end(): Promise<void> {
    await this.#site?.end();
  }
}

const stores = [
  new Store('one Node-RED over SQLite', ofSqlite, () => Site.onSqlite()),
  new Store('three Node-REDs over PostgreSQL, asked in turn', ofPostgres, () => Site.onPostgres(3)),
];

describe('whatever the store', function () {
  this.timeout(120_000);
  before(() => Promise.all(stores.map((store) => store.start())));
  after(() => Promise.all(stores.map((store) => store.end())));

  for (const { name, site, own } of stores)
    describe(name, () => {
      describe('delivers:', () => deliveryOf(site));
      describe('sends messages on:', () => messagesOf(site));
      describe('knows keys:', () => keysOf(site));
      describe('switches:', () => switchesOf(site));
      describe('does what operators ask for:', () => replaysOf(site));
      describe('breaks circuits:', () => circuitsOf(site));
      describe('tells what was:', () => {
        let listed: Listed;
        before(async () => {
          listed = await listedAt(site());
        });
        listsOf(site, () => listed);
        figuresOf(site, () => listed);
      });
      describe('by design, and unlike the other store:', () => own(site));
    });
  // Circuits are tried half a minute after they have opened.
  for (const { name, site, opened } of stores)
    describe(`${name}, later,`, () => describe('tries circuits:', () => probesOf(site, opened)));

  describe('in the end', () =>
    it('tells the same of all of it', async () => {
      const [one, other] = await Promise.all(stores.map(({ site }) => transcriptOf(site())));
      assert.deepEqual(other, one);
    }));
});
