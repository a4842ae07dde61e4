// How the button looks. Nodes and a constructed style sheet, no markup: so it stands under a strict policy and Trusted Types.

const SVG = 'http://www.w3.org/2000/svg'
/** A stick in three strands: shop, issuer, courier. */
const STRANDS = [
  [2, '#f0a63a'],
  [9.3, '#a5a1ff'],
  [16.6, '#4fc3b5'],
]
const STYLE = `
  :host { display: inline-block; max-width: 100%; font: 16px/1.5 system-ui, sans-serif; }
  :host([hidden]) { display: none; }
  button { display: inline-flex; align-items: center; justify-content: center; gap: 12px; min-height: 48px; width: 100%; padding: 0 24px;
    border: 0; border-radius: 8px; background: #1d1b18; color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
  button:hover { background: #38342e; }
  button[aria-disabled='true'] { background: #5d574e; cursor: default; }
  button:focus-visible, a:focus-visible { outline: 3px solid #5b55c9; outline-offset: 2px; }
  svg { flex: none; width: 22px; height: 22px; }
  p { margin: 8px 0 0; }
  p:empty { margin: 0; }
  a { color: inherit; }
  @media (prefers-color-scheme: dark) {
    button { background: #f7f3ea; color: #1d1b18; }
    button:hover { background: #fff; }
    button[aria-disabled='true'] { background: #b6afa2; }
  }
`

/** Draws the button into a shadow root; `show` says how it stands from then on. */
export function drawButton(root, onpress) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]
  const button = document.createElement('button')
  button.type = 'button'
  button.part.add('button')
  const label = document.createElement('span')
  button.append(stick(), label)
  const status = document.createElement('p')
  status.setAttribute('role', 'status')
  status.part.add('status')
  root.append(button, status)
  button.addEventListener('click', onpress)
  return {
    show({ label: text, busy, sentence, link, install }) {
      label.textContent = text
      // It keeps the focus while it waits, which a disabled button would lose.
      button.setAttribute('aria-disabled', String(busy))
      status.replaceChildren(sentence, ...(link ? [' ', anchor(link, install)] : []))
    },
  }
}

function stick() {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  for (const [y, fill] of STRANDS) {
    const strand = document.createElementNS(SVG, 'rect')
    for (const [name, value] of Object.entries({ x: 1, y, width: 22, height: 5.5, rx: 2.7, fill })) strand.setAttribute(name, String(value))
    svg.append(strand)
  }
  return svg
}

function anchor(href, text) {
  const link = document.createElement('a')
  link.href = href
  link.target = '_blank'
  link.rel = 'noopener'
  link.textContent = text
  return link
}
