import { start } from './start'
import Approve from './Approve.svelte'

start(Approve)
