import { start } from '../../shared/page/start'
import CouponsPage from './CouponsPage.svelte'

start(CouponsPage)
