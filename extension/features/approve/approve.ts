import { start } from '../../shared/page/start'
import Approve from './Approve.svelte'

start(Approve)
