import type { Comparison } from '../../judging/comparison.js';

/** What the page of a comparison says, in English, beside what all pages say; A and B are letters of networks. */
export const compareEn = {
  title: (data: string) => `Which network is better: ${data}`,
  answer: ({ answer }: Comparison) => `${answer}.`,
  points: 'points',
  compared: 'The answer',
  accuracies: 'Accuracy of each',
  accuraciesNote: 'A dot is the share that is right, and the line its 95 % interval (Wilson).',
  overlapNote:
    'These intervals may overlap where the difference is plain: all networks were given the same images, and what counts is how often only one of two is right.',
  wrong: 'wrong',
  interval: '95 % interval',
  differences: 'Differences',
  differencesNote: (pairs: number) =>
    `The difference in points with its 95 % interval for paired images (Newcombe); p by McNemar’s exact test${
      pairs > 1 ? `, adjusted for ${pairs} pairs (Holm)` : ''
    }.`,
  less: (second: string, first: string) => `${second} less ${first}`,
  difference: 'points',
  both: 'both right',
  only: (letter: string) => `only ${letter}`,
  onlyLeft: 'only the left one',
  onlyRight: 'only the right one',
  neither: 'both wrong',
  needed: 'images to tell it',
  neededNote:
    'Images to tell it: so many would find such a difference, if it is the true one, four times out of five, were this pair the only one.',
  byClass: 'Class by class',
  byClassNote: 'How many of each class are right.',
  won: (winner: string, loser: string) => `Only ${winner} is right, not ${loser}`,
  wonNote: (shown: string, of: string, loser: string) =>
    `${shown} of ${of}: those first of which ${loser} is surest. Below each: the truth → what ${loser} says, and how sure it is.`,
  wonNone: 'None.',
  readBadly: (letter: string, words: string) => `${letter}: ${words}`,
};
