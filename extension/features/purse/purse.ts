import { start } from '../../shared/page/start'
import PursePage from './PursePage.svelte'

start(PursePage)
