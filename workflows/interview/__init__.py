"""The interview that makes a policy: answers, what they come to, and what there is to worry about."""
