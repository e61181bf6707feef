/** What a group comes back with when all of it is restarted: each with its own last state, or all with those of the last cut. */
export type GroupRestore = 'own' | 'cut'

export const groupRestores: readonly GroupRestore[] = ['own', 'cut']
