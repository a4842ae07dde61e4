// Looks at a page the way different people meet it: with a screen reader, in the dark, on a narrow
// or magnified screen, without motion. Each look returns sentences about what is wrong, or nothing.
import AxeBuilder from '@axe-core/playwright'

const GRAVE = new Set(['serious', 'critical'])

/** What axe finds serious or critical, in light and in dark. */
export async function axeLook(page) {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const found = await axe(page)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  // Only colours differ in the dark.
  const dark = await axe(page, { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } })
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  return [...found, ...dark.map(sentence => `in the dark, ${sentence}`)]
}

async function axe(page, options = {}) {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'], ...options })
    .analyze()
  return violations
    .filter(({ impact }) => GRAVE.has(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary.replaceAll(/\s+/g, ' ')}`))
}

/** What has to be scrolled sideways, or is cut off, when the page is `width` × `height` CSS pixels. */
export async function narrowLook(page, { width, height }) {
  const before = page.viewportSize()
  await page.setViewportSize({ width, height })
  const found = await page.evaluate(() => {
    const wide = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) {
      const widest = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > root.clientWidth + 1)
      wide.push(
        `the page is ${root.scrollWidth} px wide: ${widest
          .slice(-3)
          .map(one => one.outerHTML.slice(0, 120))
          .join(' … ')}`,
      )
    }
    for (const one of document.querySelectorAll('body *')) {
      // A table of data may scroll inside a region of its own that says so (WCAG 2.2, 1.4.10).
      if (!['auto', 'scroll'].includes(getComputedStyle(one).overflowX) || one.scrollWidth <= one.clientWidth + 1) continue
      if (!one.matches('[role=region][aria-label]:has(> table)')) wide.push(`scrolls sideways: ${one.outerHTML.slice(0, 160)}`)
    }
    return wide
  })
  await page.setViewportSize(before)
  return found
}

/** What moves for longer than 10 ms although its reader prefers that nothing moves. */
export async function motionLook(page) {
  return page.evaluate(() => {
    const seconds = list => Math.max(...list.split(',').map(one => (one.trim().endsWith('ms') ? parseFloat(one) / 1000 : parseFloat(one))))
    const moving = []
    for (const one of document.querySelectorAll('*')) {
      for (const part of [null, '::before', '::after']) {
        const style = getComputedStyle(one, part)
        const animated = style.animationName !== 'none' && seconds(style.animationDuration) > 0.01
        if (animated || seconds(style.transitionDuration) > 0.01) moving.push(`${one.tagName} ${one.className} ${part ?? ''}`)
      }
    }
    return [...new Set(moving)]
  })
}

/** Everything a page says: its texts, and the names and hints that only assistive technology reads. */
export function textsOf(page) {
  return page.evaluate(() => {
    const texts = [document.title]
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode())
      if (!walker.currentNode.parentElement.closest('script, style')) texts.push(/** @type {Text} */ (walker.currentNode).data)
    for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) texts.push(one.getAttribute(name) ?? '')
    }
    return texts.map(text => text.replaceAll(/\s+/g, ' ').trim()).filter(Boolean)
  })
}
