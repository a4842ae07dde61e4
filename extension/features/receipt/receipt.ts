import { start } from '../../shared/page/start'
import Receipt from './Receipt.svelte'

start(Receipt)
