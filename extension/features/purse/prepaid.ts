import { start } from '../../shared/page/start'
import PrepaidPage from './PrepaidPage.svelte'

start(PrepaidPage)
