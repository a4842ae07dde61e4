// How a product looks behind the glass, by what names it. One that is not known here is a plain can.

export interface Look {
  shape: 'bottle' | 'can' | 'glass'
  /** What is in it, or the colour of the can. */
  body: string
  label: string
  ink: string
  /** A character or two on the label. */
  mark: string
  warm: boolean
}

const LOOKS: Readonly<Record<string, Look>> = {
  sencha: { shape: 'bottle', body: '#7fae4f', label: '#f3f1df', ink: '#245233', mark: '煎', warm: false },
  hojicha: { shape: 'bottle', body: '#9a5a2c', label: '#f6e7cf', ink: '#5b2d10', mark: '焙', warm: true },
  coffee: { shape: 'can', body: '#5a3a26', label: '#e9d8b8', ink: '#3a2113', mark: '珈', warm: false },
  yuzu: { shape: 'can', body: '#e8b21f', label: '#fff6d6', ink: '#7a5200', mark: '柚', warm: true },
  ramune: { shape: 'glass', body: '#bfe3ee', label: '#ffffff', ink: '#0f5d83', mark: 'ラ', warm: false },
  water: { shape: 'bottle', body: '#cfe8f3', label: '#1d6fa5', ink: '#ffffff', mark: '水', warm: false },
  apple: { shape: 'bottle', body: '#e3a43c', label: '#b3261a', ink: '#ffffff', mark: '林', warm: false },
  shiruko: { shape: 'can', body: '#5c1a2e', label: '#f3dfe0', ink: '#5c1a2e', mark: '汁', warm: true },
}

const PLAIN: Look = { shape: 'can', body: '#8b929c', label: '#ffffff', ink: '#3b4149', mark: '', warm: false }

export const lookOf = (id: string): Look => LOOKS[id] ?? PLAIN
