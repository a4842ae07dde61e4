import { campaignLinks as english } from '../../shared/i18n/en/campaign-links.ts'
import { campaignLinks as ja } from '../../shared/i18n/ja/campaign-links.ts'
import { translator } from '../../shared/i18n/translate.ts'

export const { t, language } = translator(english, { ja })
