// The shop's words, in the buyer's language.
const JAPANESE = /^ja\b/i.test(navigator.language)

export const language = JAPANESE ? 'ja' : 'en'

export const words = {
  en: {
    tagline: 'Three honeys from one hill, 250 g each. Tax is in the prices.',
    quantity: 'Jars',
    total: yen => `Together ${yen}, and delivery`,
    nothing: 'Choose a jar or more.',
    thanks: 'Thank you',
    back: 'Back to the honey',
    states: {
      received: 'We have your order. No money has moved yet.',
      accepted: 'It is paid, and the courier has it.',
      refused: 'The order was refused, and nothing is charged. Your wallet says why.',
      expired: 'The order was too late, and nothing is charged.',
    },
  },
  ja: {
    tagline: 'ひとつの丘の、三つの蜂蜜。各 250 g、税込み。',
    quantity: '個数',
    total: yen => `合計 ${yen}（送料は別）`,
    nothing: '一つ以上お選びください。',
    thanks: 'ありがとうございます',
    back: '蜂蜜に戻る',
    states: {
      received: 'ご注文を受け取りました。お金はまだ動いていません。',
      accepted: 'お支払いが済み、配送会社が引き受けました。',
      refused: 'ご注文は受け付けられず、請求もありません。理由はウォレットで分かります。',
      expired: '時間切れのため注文は取り消され、請求もありません。',
    },
  },
}[language]

document.documentElement.lang = language
