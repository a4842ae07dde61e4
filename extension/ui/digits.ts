// What people type or paste where a PIN goes: full-width digits, spaces and dashes among them.

/** The first `most` digits of a text. It is folded and cleaned before it is cut: "4839 2057" has eight. */
export function digitsOf(typed: string, most: number): string {
  return typed
    .normalize('NFKC')
    .replaceAll(/[^0-9]/g, '')
    .slice(0, most)
}
