import { courier } from '../shared/i18n/en/courier.ts'
import { courier as ja } from '../shared/i18n/ja/courier.ts'
import { translator } from '../shared/i18n/translate.ts'

export const { t, language } = translator(courier, { ja })

const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })

/** Date and time of milliseconds since 1970. */
export const moment = (milliseconds: number): string => day.format(milliseconds)
