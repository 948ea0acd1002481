import assert from 'node:assert/strict';
import { test } from 'node:test';
import { licenceText } from '../testing/repository.ts';
import { recogniseLicence } from './licence.ts';

const NOTICE = `   Copyright © 2019, Example LLC <someone@example.org> and other contributors.

   Licensed under the Apache License, Version 2.0 (the "License");
   you may not use this file except in compliance with the License.
   You may obtain a copy of the License at

       http://www.apache.org/licenses/LICENSE-2.0

   Unless required by applicable law or agreed to in writing, software
   distributed under the License is distributed on an "AS IS" BASIS,
   WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
   See the License for the specific language governing permissions and
   limitations under the License.
`;

test('a licence is told by its text, whoever holds the copyright; Apache’s also by its notice', async () => {
  assert.equal(recogniseLicence(NOTICE).spdx, 'Apache-2.0');
  assert.equal(recogniseLicence(await licenceText('Apache-2.0')).spdx, 'Apache-2.0');
  const mit = (await licenceText('MIT')).replace(/<year>.*/, '2026 Example LLC');
  assert.equal(recogniseLicence(mit).spdx, 'MIT');
});

test('a wrapped text is the same licence as one in a single line', async () => {
  const isc = `The ISC License

Copyright (c) Example LLC and Contributors

Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`;
  assert.equal(recogniseLicence(isc).spdx, 'ISC');
  const apache = (await licenceText('Apache-2.0')).replace(/(.{60}) /g, '$1\n     ');
  assert.equal(recogniseLicence(apache).spdx, 'Apache-2.0');
});

test('what takes a right away is another licence', async () => {
  const commons = `${NOTICE}\nThe grant of rights under the License will not include, and the License does not grant to you, the right to Sell the Software.\n`;
  assert.equal(recogniseLicence(commons).spdx, null);
  assert.equal(recogniseLicence('All rights reserved.').spdx, null);
  const clause =
    '\n"Commons Clause" License Condition v1.0\nThe grant of rights under the License will not include the right to Sell the Software.';
  for (const id of ['Apache-2.0', 'AGPL-3.0-only', 'MPL-2.0', 'MIT'])
    assert.equal(recogniseLicence((await licenceText(id)) + clause).spdx, null, id);
  // The OSI did not approve this change of Apache's text: its nearest relative is not what it is.
  assert.equal(recogniseLicence(await licenceText('Pixar')).spdx, 'Pixar');
});
