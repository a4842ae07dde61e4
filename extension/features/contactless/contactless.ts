import { start } from '../../shared/page/start'
import ContactlessPage from './ContactlessPage.svelte'

start(ContactlessPage)
