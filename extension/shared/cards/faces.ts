// The colours of cards.

/** Dark enough for white letters, and told apart at a glance: one for each place in the wallet. */
const FACES = ['#1e1a15', '#5a1f3c', '#173f5c', '#1d4a33', '#5c3a12', '#3b2a63', '#5b2317', '#2f3b44'] as const

/** The colour of a card's face, the same wherever it is shown. */
export const faceColour = (face: number): string => FACES[face % FACES.length] ?? FACES[0]
