/** Where an event node receives events if it says nothing else, below `httpNodeRoot`. */
export const defaultIntakePath = '/provisioning/events';
