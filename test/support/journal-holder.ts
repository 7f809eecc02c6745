import { SqliteJournal } from '../../src/engine/store/sqlite/sqlite-journal.ts';

// Holds the folder until it is killed.
await SqliteJournal.open(String(process.argv[2]));
process.send?.('open');
setInterval(() => undefined, 1000);
