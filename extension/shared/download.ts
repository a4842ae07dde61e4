// Hands the holder a file. Nothing leaves the machine by it.

/** Saves `content` under a name with today's date, such as tallystick-orders-2026-11-20.csv. */
export function download(stem: string, extension: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${stem}-${today()}.${extension}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function today(): string {
  const now = new Date()
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(part => String(part).padStart(2, '0')).join('-')
}
