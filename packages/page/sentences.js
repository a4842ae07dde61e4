// What the buyer is told when the wallet did not do what the page asked: what happened, where the money is, what to do.

export const SENTENCES = Object.freeze({
  en: Object.freeze({
    Declined: 'You declined the order. No money has moved. Press the button when you want to pay after all.',
    Replaced: 'Another order of this shop took the place of this one, perhaps in another tab. No money has moved for this one.',
    NoGesture: 'Press the button once more: the wallet opens only when you press something.',
    Expired: 'The order was not approved in time. No money has moved. Press the button for a new one.',
    Refused: 'The order was refused, and nothing is charged. Your wallet says by whom and why. You can try another card.',
    Failed: 'The order could not be placed. Your wallet says how it stands. Look there before you try again.',
    FormRefused: 'Your wallet does not accept this shop’s order form. No money has moved. Please tell the shop.',
    OfferRefused: 'Your wallet does not accept this offer of a card. Please tell whoever made it.',
    CouponRefused: 'Your wallet does not accept this coupon. Please ask whoever gave it to you.',
    NotAllowed: 'The wallet answers only a page that stands in a tab of its own and is secure (https). No money has moved.',
    BadRequest: 'This page asked the wallet for something that is not an order. No money has moved. Please tell the shop.',
    Busy: 'The wallet has too many questions of this page, or you turned several down. Wait a minute, then try again. No money has moved.',
    NotFound: 'Your wallet does not know this order. No money has moved by it. Press the button for a new one.',
    Unavailable:
      'The wallet does not answer. Reload this page: if you have already approved, the order is found again and nothing is paid twice.',
    Unknown: 'The shop does not answer. No money has moved. Try again in a moment.',
  }),
  ja: Object.freeze({
    Declined: '注文を取りやめました。お金は動いていません。支払うときは、もう一度ボタンを押してください。',
    Replaced: '同じショップの別の注文（ほかのタブなど）に切り替わりました。この注文のお金は動いていません。',
    NoGesture: 'もう一度ボタンを押してください。ウォレットは、ボタンが押されたときだけ開きます。',
    Expired: '時間内に承認されませんでした。お金は動いていません。もう一度ボタンを押すと、新しい注文になります。',
    Refused: '注文は受け付けられず、請求もありません。どこがなぜ断ったかはウォレットで分かります。別のカードでも試せます。',
    Failed: '注文を完了できませんでした。やり直す前に、ウォレットで注文の状態を確かめてください。',
    FormRefused: 'このショップの注文書を、ウォレットが受け付けませんでした。お金は動いていません。ショップにお知らせください。',
    OfferRefused: 'このカードの申し込みを、ウォレットが受け付けませんでした。発行元にお知らせください。',
    CouponRefused: 'このクーポンを、ウォレットが受け付けませんでした。クーポンの発行元にお尋ねください。',
    NotAllowed: 'ウォレットは、独立したタブで開いた安全な（https の）ページにだけ答えます。お金は動いていません。',
    BadRequest: 'このページは、注文ではないものをウォレットに渡しました。お金は動いていません。ショップにお知らせください。',
    Busy: 'このページからの問い合わせが多すぎるか、続けて断られました。1 分ほど待ってから、もう一度お試しください。お金は動いていません。',
    NotFound: 'この注文はウォレットにありません。この注文でお金は動いていません。もう一度ボタンを押すと、新しい注文になります。',
    Unavailable: 'ウォレットが応答しません。ページを再読み込みしてください。承認済みなら注文が見つかり、二重に支払われることはありません。',
    Unknown: 'ショップが応答しません。お金は動いていません。しばらくしてから、もう一度お試しください。',
  }),
})

export const languageOf = tag => (/^ja\b/i.test(tag) ? 'ja' : 'en')

export function sentenceOf(error, language = 'en') {
  const sentences = SENTENCES[languageOf(language)]
  const name = error instanceof Error ? error.name : ''
  return Object.hasOwn(sentences, name) ? sentences[name] : sentences.Unknown
}
