import { mount } from 'svelte'
import '../shared/paper.css'
import AccountPage from './AccountPage.svelte'
import { language, t } from './words.ts'

document.title = t('title')
document.documentElement.lang = language
const target = document.getElementById('app')
if (target) mount(AccountPage, { target })
