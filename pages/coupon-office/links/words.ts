import { links as english } from '../../shared/i18n/en/links.ts'
import { links as ja } from '../../shared/i18n/ja/links.ts'
import { translator } from '../../shared/i18n/translate.ts'

export const { t, language } = translator(english, { ja })
