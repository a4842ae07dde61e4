// What the coupon office's pages say to which links lead, in Japanese.
import type { CatalogueLike } from '../translate.ts'
import type { couponLinks as english } from '../en/coupon-links.ts'

export const couponLinks: CatalogueLike<typeof english> = {
  claimTitle: 'クーポンが贈られました',
  claimText:
    'ウォレットに入れると、あなたのものになります。最初に入れた人のものになるので、このリンクを人に渡さず、早めに受け取ってください。',
  campaignTitle: 'クーポンをどうぞ',
  campaignWorth: '{amount}のクーポンをどうぞ',
  campaignText: '{issuer}がお店に代わって、残りがあるかぎり順に配っています。',
  secret: 'このアドレスの#より後ろは、ブラウザーの外に出ません。{issuer}のコンピューターにも伝わっていません。',
  take: 'ウォレットで確認する',
  taking: 'ウォレットに渡しています…',
  taken: 'ウォレットが別のタブに表示しています。受け取る前に、内容を確認できます。',
  again: 'もう一度表示する',
  account: 'それには、{issuer}の口座がウォレットに必要です。',
  open: '先に口座を開く',
  broken: 'リンクが完全ではありません',
  brokenText: '#より後ろの部分がありません。送られてきたとおりに開くか、もう一度送ってもらってください。何も失われていません。',
  installBack: 'このページに戻ってきてください。その間もリンクは有効です。',
  missing: 'クーポンを入れるには、ウォレットが必要です。ブラウザー拡張機能ですので、先にこちらをお済ませください。',
  noGesture: 'ウォレットが開きませんでした。ボタンをもう一度押してください。',
  busy: 'ただいまウォレットへの問い合わせが混み合っています。1分後にお試しください。',
  refused: 'ウォレットがこのリンクを受け取りませんでした。完全でない可能性があります。送られてきたとおりに開いてください。',
}
