import { inflateSync } from 'fflate/browser';
import { bytesOfText } from '../text-bytes.js';

// The program of the page is packed, since it would be a third of the page. The page's policy knows its digest, too.
const packed = document.querySelector('#program')?.textContent ?? '';
const script = document.createElement('script');
script.textContent = new TextDecoder().decode(inflateSync(bytesOfText(packed)));
document.body.append(script);
