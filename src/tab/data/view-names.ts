/** The tab's views, in the order of its buttons. */
export const views = ['handlers', 'executions', 'events', 'overview'] as const;
export type ViewName = (typeof views)[number];
