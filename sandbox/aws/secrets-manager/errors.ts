import { AwsError } from '../aws-error.ts';

export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);

export const alreadyExists = (message: string): AwsError => new AwsError('ResourceExistsException', message);

export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', message);

export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', message);
