console.log('Migrated.');
