import { start } from '../../shared/page/start'
import Orders from './Orders.svelte'

start(Orders)
