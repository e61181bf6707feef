/** What a group comes back with when it is restarted together: each with its own last state, or all with those of the last cut. */
export type GroupRestore = 'own' | 'cut'

export const groupRestores: readonly GroupRestore[] = ['own', 'cut']
