import { mount } from 'svelte'
import '../shared/paper.css'
import MailPage from './MailPage.svelte'

const target = document.getElementById('app')
if (target) mount(MailPage, { target })
