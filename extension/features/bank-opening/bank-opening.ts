import { start } from '../../shared/page/start'
import BankOpening from './BankOpening.svelte'

start(BankOpening)
